/** A message, or what is shown of one, in one of the forms that it has had. */
interface Versioned {
  version?: number
}

/** Whether the one form replaces the other: the rule that makes changes end the same in any order. */
export function isNewer(form: Versioned, than: Versioned): boolean {
  return (form.version ?? 0) > (than.version ?? 0)
}
