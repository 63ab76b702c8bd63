// Shows a notice that its server sealed for this browser. It asks for no page and keeps nothing of what it shows.
const TAG = 'bothways'
const STORE = 'bothways-notices'
const LAST = '/me/reach/last'
// The server puts the address of the file here.
const ICON = '/icon.png'

self.addEventListener('install', () => { self.skipWaiting() })

self.addEventListener('push', (event) => { event.waitUntil(show(read(event))) })

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(event.action === 'stop' ? stop() : self.clients.openWindow('/'))
})

function read (event) {
  try {
    return event.data.json() || {}
  } catch {
    return {}
  }
}

async function show (told) {
  // The server may send a message twice when it was stopped halfway: it is shown once.
  const store = await self.caches.open(STORE)
  const last = await store.match(LAST)
  if (told.once && last && await last.text() === told.once) return
  const actions = told.stop ? [{ action: 'stop', title: told.stop }] : []
  await self.registration.showNotification(told.title || 'Bothways', {
    body: told.words || '',
    lang: told.lang || '',
    dir: told.dir || 'auto',
    icon: ICON,
    // A newer one takes the place of the one before.
    tag: TAG,
    silent: isQuiet(told.quiet),
    actions
  })
  if (told.once) await store.put(LAST, new Response(told.once))
}

// By the clock of the device: the message may have waited while it was off.
function isQuiet (quiet) {
  if (!Array.isArray(quiet)) return false
  const [begin, end] = quiet
  const moment = new Date().getHours() * 60 + new Date().getMinutes()
  return begin <= end ? begin <= moment && moment < end : moment >= begin || moment < end
}

// One tap, without a sign-in: the address of this browser is gone, which its server learns at the next message.
async function stop () {
  const subscription = await self.registration.pushManager.getSubscription()
  if (subscription) await subscription.unsubscribe()
}
