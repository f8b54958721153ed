import { msg, t } from '@lingui/core/macro'

import { toastError } from '@/ui/notices/toast'

/** UTF-16 units in the field: room to shorten a text that is too long, and few enough that typing stays quick. */
export const LONGEST_DRAFT = 16_000

const ONLY_TEXT = msg`Pictures and files cannot be sent yet, only text.`
const CUT_OFF = msg`This text is too long: only its beginning was kept.`

/** The text that fits the field; a toast says when some of it was cut off. */
export function fittingText(text: string): string {
  if (text.length <= LONGEST_DRAFT) return text
  toastError(t(CUT_OFF))
  return text.slice(0, LONGEST_DRAFT)
}

/** Says what a paste or drop does not bring into the field; the browser itself keeps to the field's limit. */
export function tellWhatIsLeftOut(data: DataTransfer, field: HTMLTextAreaElement): void {
  const text = data.getData('text/plain')
  // Copied from a document, a picture comes beside its text: then the text is what was meant.
  if (text === '' && data.types.length > 0) toastError(t(ONLY_TEXT))
  const kept = field.value.length - (field.selectionEnd - field.selectionStart)
  if (text.length > LONGEST_DRAFT - kept) toastError(t(CUT_OFF))
}

/** A file dropped anywhere on the page is refused with a word; the browser would leave the page for it. */
export function refuseDroppedFiles(): () => void {
  const onDrag = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    if (event.type === 'drop') toastError(t(ONLY_TEXT))
  }
  window.addEventListener('dragover', onDrag)
  window.addEventListener('drop', onDrag)
  return () => {
    window.removeEventListener('dragover', onDrag)
    window.removeEventListener('drop', onDrag)
  }
}
