import { t } from '@lingui/core/macro'

import { recoverCode } from '@/app/recoverCode'

/**
 * The style sheet is fetched like code: without it the page works but looks broken. It is fetched again, at once and
 * when the network is back; then the page is loaded anew as for code; and a word says what is missing.
 */
export function recoverStyles(): void {
  let link = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')
  let note: HTMLElement | undefined

  const fetchAgain = (asked: boolean) => {
    if (link === null || hasRules(link)) return
    const fresh = link.cloneNode() as HTMLLinkElement
    fresh.onload = fresh.onerror = () => {
      if (hasRules(fresh)) return note?.remove()
      note ??= showNote(() => fetchAgain(true))
      void recoverCode({ asked })
    }
    link.replaceWith(fresh)
    link = fresh
  }
  fetchAgain(false)
  window.addEventListener('online', () => fetchAgain(false))
}

/** Not where it did not come, or something else came in its place; Firefox throws then. */
function hasRules({ sheet }: HTMLLinkElement): boolean {
  try {
    return sheet !== null && sheet.cssRules.length > 0
  } catch {
    return false
  }
}

function showNote(onRetry: () => void): HTMLElement {
  const note = document.createElement('p')
  note.role = 'alert'
  note.textContent = `${t`The design of this page could not be loaded. What you write is kept.`} `
  const button = document.createElement('button')
  button.textContent = t`Try again`
  button.onclick = onRetry
  note.append(button)
  document.body.prepend(note)
  return note
}
