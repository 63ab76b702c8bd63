// Notices on this device need a script and a browser that has them: only then the page offers them.
const PATIENCE = 30000

document.addEventListener('DOMContentLoaded', async () => {
  const part = document.querySelector('[data-push]')
  if (!part || !window.isSecureContext || !('serviceWorker' in navigator)) return
  const show = (name) => { part.querySelector(`[data-push-${name}]`).hidden = false }
  const hide = (name) => { part.querySelector(`[data-push-${name}]`).hidden = true }
  if (!('PushManager' in window) || !('Notification' in window)) {
    // An iPhone has them only in what is opened from its home screen, and says that this is not.
    if (navigator.standalone === false) {
      show('iphone')
      part.hidden = false
    }
    return
  }
  const form = part.querySelector('[data-push-on]')
  const off = part.querySelector('form[data-push-here]')
  const worker = await navigator.serviceWorker.getRegistration(part.dataset.push)
  const known = worker && await worker.pushManager.getSubscription()

  if (off && known && Notification.permission === 'granted') {
    off.addEventListener('submit', async (event) => {
      event.preventDefault()
      try { await known.unsubscribe() } finally { off.submit() }
    })
    part.hidden = false
    return
  }
  // Switched off from another device, or left behind by somebody else: nothing more comes here.
  if (known) await known.unsubscribe()
  if (off) show('lost')
  if (Notification.permission === 'denied') show('blocked')
  form.hidden = false
  part.hidden = false

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    for (const name of ['lost', 'blocked', 'failed']) hide(name)
    try {
      if (await Notification.requestPermission() !== 'granted') {
        show('blocked')
        return
      }
      const given = await subscribe(part.dataset.push, form.elements.key.value)
      form.elements.endpoint.value = given.endpoint
      form.elements.p256dh.value = given.keys.p256dh
      form.elements.auth.value = given.keys.auth
      form.submit()
    } catch {
      show('failed')
    } finally {
      button.disabled = false
    }
  })
})

// A fresh address each time: whoever had this browser before gets nothing of what comes to the new one.
async function subscribe (address, key) {
  await navigator.serviceWorker.register(address)
  const worker = await navigator.serviceWorker.ready
  const before = await worker.pushManager.getSubscription()
  if (before) await before.unsubscribe()
  const asked = worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  // Where the service of the browser's maker cannot be reached, some browsers wait for ever.
  const late = new Promise((resolve, reject) => { setTimeout(reject, PATIENCE) })
  return (await Promise.race([asked, late])).toJSON()
}

function bytes (text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (one) => one.charCodeAt(0))
}
