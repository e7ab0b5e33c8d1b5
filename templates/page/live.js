// Keeps a page as it is on the server: on every `change` it fetches its own address again and changes only what differs inside
// the elements marked data-live. Focus, selection, scroll positions and opened details stay, because their elements stay.

const said = document.getElementById('connection')
let offset = Date.parse(document.body.dataset.now) - Date.now() // the clock of the server decides

// src/server/page/when.ts says the same.
function ago(seconds) {
  const size = Math.abs(seconds)
  if (size < 5) return 'just now'
  const amount =
    size < 60 ? `${Math.floor(size)} s` : size < 3600 ? `${Math.floor(size / 60)} min` : size < 86400 ? `${Math.floor(size / 3600)} h` : `${Math.floor(size / 86400)} d`
  return seconds < 0 ? `in ${amount}` : `${amount} ago`
}

function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

function tick() {
  for (const time of document.querySelectorAll('time[data-tick]')) {
    const seconds = (Date.now() + offset - Date.parse(time.dateTime)) / 1000
    const words = time.dataset.tick === 'ago' ? ago(seconds) : elapsed(seconds)
    if (time.textContent !== words) time.firstChild.data = words
  }
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id : '')

// Makes `old` what `fresh` is, with as few changes as possible. Whether details are open is the reader's own.
function morph(old, fresh) {
  const names = [...old.attributes]
  for (const { name } of names) if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name)
  for (const { name, value } of fresh.attributes) if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value)
  const wanted = new Set([...fresh.children].map(keyOf))
  const before = [...old.children]
  for (const child of before) if (keyOf(child) !== '' && !wanted.has(keyOf(child))) child.remove()
  const keyed = new Map([...old.children].filter((child) => keyOf(child) !== '').map((child) => [keyOf(child), child]))
  let at = old.firstChild
  for (const next of fresh.childNodes) {
    const key = keyOf(next)
    const same = key === '' ? following(at, next.nodeName) : keyed.get(key)
    if (same === undefined || same.nodeName !== next.nodeName) {
      old.insertBefore(next.cloneNode(true), at)
      continue
    }
    // An element that moves loses the focus: what stands before it goes instead.
    while (at !== same && keyOf(at) === '') at = dropped(at)
    if (same === at) at = at.nextSibling
    else old.insertBefore(same, at)
    if (same.nodeType === Node.ELEMENT_NODE) morph(same, next)
    else if (same.data !== next.data) same.data = next.data
  }
  while (at !== null) at = dropped(at)
}

function dropped(node) {
  const next = node.nextSibling
  node.remove()
  return next
}

function following(at, name) {
  for (let node = at; node !== null; node = node.nextSibling) if (keyOf(node) === '' && node.nodeName === name) return node
}

let isFetching = false
let isStale = false

async function refresh() {
  isStale = true
  if (isFetching) return
  isFetching = true
  while (isStale) {
    isStale = false
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
      if (answer.redirected || answer.status === 401) return location.reload() // logged out meanwhile
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
      found()
    } catch {
      lost()
    }
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  isFetching = false
}

function show(page) {
  offset = Date.parse(page.body.dataset.now) - Date.now()
  if (document.title !== page.title) document.title = page.title
  for (const old of document.querySelectorAll('[data-live]')) {
    const fresh = page.querySelector(`[data-live="${old.dataset.live}"]`)
    if (fresh !== null) morph(old, fresh)
  }
  tick()
}

let stream
let timer
let isLost = false

// Said only when it lasts: a blink is nobody's business.
function lost() {
  if (isLost) return
  isLost = true
  timer = setTimeout(() => (said.textContent = 'Connection lost. Trying again.'), 1500)
}

function found() {
  if (!isLost) return
  isLost = false
  clearTimeout(timer)
  if (said.textContent === '') return
  said.textContent = 'Connected again.'
  timer = setTimeout(() => (said.textContent = ''), 4000)
}

// Open only while somebody looks: a browser has six connections for one server, and may have more tabs.
function watch() {
  stream?.close()
  if (document.hidden) return
  stream = new EventSource('/page/events')
  stream.addEventListener('open', () => {
    found()
    void refresh()
  })
  stream.addEventListener('change', refresh)
  stream.addEventListener('error', (event) => {
    lost()
    if (event.target.readyState === EventSource.CLOSED) setTimeout(() => event.target === stream && watch(), 5000)
  })
}

document.addEventListener('visibilitychange', watch)
setInterval(tick, 1000)
tick()
watch()
