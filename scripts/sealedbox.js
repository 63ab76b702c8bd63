// libsodium's crypto_box_seal for the browser, out of audited parts; docs/reference/dependencies.md says how it is built.
import { xsalsa20poly1305, hsalsa } from '@noble/ciphers/salsa.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'

const words = (bytes) => Uint32Array.from({ length: bytes.length / 4 }, (_, i) =>
  (bytes[4 * i] | (bytes[4 * i + 1] << 8) | (bytes[4 * i + 2] << 16) | (bytes[4 * i + 3] << 24)) >>> 0)
const bytes = (numbers) => Uint8Array.from({ length: numbers.length * 4 }, (_, i) => numbers[i >> 2] >>> (8 * (i % 4)))
const SIGMA = words(new TextEncoder().encode('expand 32-byte k'))

function join (...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0)
  return whole
}

// seal(message, publicKey): 32 bytes of a key made for this one message, then the box (48 bytes longer in all).
function seal (message, publicKey) {
  const once = x25519.keygen()
  const key = new Uint32Array(8)
  // Refuses a public key of low order, whose boxes anybody could open.
  hsalsa(SIGMA, words(x25519.getSharedSecret(once.secretKey, publicKey)), new Uint32Array(4), key)
  const nonce = blake2b(join(once.publicKey, publicKey), { dkLen: 24 })
  const box = xsalsa20poly1305(bytes(key), nonce).encrypt(message)
  once.secretKey.fill(0)
  return join(once.publicKey, box)
}

globalThis.sealedBox = { seal }
