/** Closes the dialog in which an event happened. */
export function closeDialog({ currentTarget }: { currentTarget: Element }): void {
  currentTarget.closest('dialog')?.close()
}
