// Seals the words to the lead's key here, in the browser, and sends only what is sealed. The words are in the text
// field and nowhere else: no storage of the browser, no name that a form could send, no copy that outlives the page.
document.addEventListener('DOMContentLoaded', () => {
  const part = document.getElementById('report')
  const able = window.sealedBox && window.fetch && window.AbortController && window.TextEncoder
  if (!part || !able) return
  const form = part.querySelector('form')
  const words = document.getElementById('words')
  const sizes = part.dataset.sizes.split(' ').map(Number)
  const ANSWER_WITHIN = 30000
  const OUTCOMES = ['sent', 'often', 'full', 'changed', 'gone']
  let sending = false
  // The last sealing: the same words to the same key are sent again as the same bytes, and kept once.
  let last = {}

  part.querySelector('[data-off]').hidden = true
  form.hidden = false

  const warn = (event) => { event.preventDefault(); event.returnValue = '' }
  function guard () {
    window.removeEventListener('beforeunload', warn)
    if (words.value.trim()) window.addEventListener('beforeunload', warn)
  }

  function forget () {
    words.value = ''
    last = {}
    guard()
  }

  function say (what) {
    part.querySelectorAll('[data-says]').forEach((one) => { one.hidden = one.dataset.says !== what })
    part.querySelector(`[data-says=${what}]`).scrollIntoView({ block: 'center' })
  }

  // UTF-8, a byte 0x80, zeros up to the next size; null when it is too long for all of them.
  function padded (text) {
    const plain = new TextEncoder().encode(text)
    const size = sizes.find((one) => one > plain.length)
    if (!size) return null
    const whole = new Uint8Array(size)
    whole.set(plain)
    whole[plain.length] = 0x80
    return whole
  }

  function sealed (text) {
    if (last.text === text && last.key === part.dataset.key) return last.body
    const plain = padded(text)
    if (!plain) return null
    const key = Uint8Array.from(atob(part.dataset.key), (letter) => letter.charCodeAt(0))
    const box = window.sealedBox.seal(plain, key)
    const body = new Uint8Array(key.length + box.length)
    body.set(key)
    body.set(box, key.length)
    last = { text, key: part.dataset.key, body }
    return body
  }

  // No cookie goes with it: the server could not say whose browser this is even if it wanted to.
  async function post (body) {
    const stop = new AbortController()
    const late = setTimeout(() => stop.abort(), ANSWER_WITHIN)
    try {
      return await fetch(window.location.pathname, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/octet-stream' },
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: stop.signal
      })
    } finally {
      clearTimeout(late)
    }
  }

  // A new key is used only after the words about it were on the page, and the button was pressed again.
  function use (now) {
    part.dataset.key = now.key
    document.querySelector('[data-fingerprint]').textContent = now.fingerprint
    document.querySelector('[data-since]').textContent = now.since
  }

  async function send () {
    if (!words.value.trim()) return 'empty'
    const body = sealed(words.value)
    if (!body) return 'long'
    let answer
    try {
      answer = await post(body)
    } catch {
      return 'line'
    }
    if (answer.status !== 200) return 'fault'
    const now = await answer.json()
    if (now.outcome === 'changed') use(now)
    return OUTCOMES.includes(now.outcome) ? now.outcome : 'fault'
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (sending) return
    sending = true
    words.readOnly = true
    say('sending')
    // Let the sentence appear first: sealing takes a slow telephone a second.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const what = await send().catch(() => 'fault')
    sending = false
    words.readOnly = false
    if (what === 'sent') {
      forget()
      form.hidden = true
    }
    say(what)
  })

  words.addEventListener('input', guard)
  document.querySelector('[data-leave]').addEventListener('click', (event) => {
    event.preventDefault()
    forget()
    window.location.replace(event.currentTarget.href)
  })
  // Whoever leaves has answered the browser's question; nobody finds the words by going back.
  window.addEventListener('pagehide', forget)
})
