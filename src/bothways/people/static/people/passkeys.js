// Passkeys need a script and a browser that knows them: only then the pages offer them.
document.addEventListener('DOMContentLoaded', () => {
  if (!window.PublicKeyCredential) return
  document.querySelectorAll('[data-passkeys-on]').forEach((part) => { part.hidden = false })
  document.querySelectorAll('[data-passkeys-off]').forEach((part) => { part.hidden = true })
})

// The sign-in library reports what went wrong with a passkey as an event; this puts it on the page in words.
document.addEventListener('allauth.error', (event) => {
  const words = document.getElementById('passkey-trouble')
  if (words) {
    words.hidden = false
    event.preventDefault()
  }
})
