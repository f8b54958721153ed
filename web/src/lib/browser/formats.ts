/** Formats of `Intl`, with a plainer form where a browser lacks one. */

interface DateFormat {
  format(date: Date): string
}

export function dateFormat(options: Intl.DateTimeFormatOptions): DateFormat {
  try {
    return new Intl.DateTimeFormat(undefined, options)
  } catch {
    const isTime = options.hour !== undefined
    return { format: (date) => (isTime ? date.toTimeString().slice(0, 5) : date.toDateString()) }
  }
}

/** "today" and "yesterday" in the browser's language. */
export function recentDayFormat(): (daysAgo: 0 | 1) => string {
  try {
    const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
    return (daysAgo) => format.format(-daysAgo, 'day')
  } catch {
    return (daysAgo) => (daysAgo === 0 ? 'today' : 'yesterday')
  }
}

/** The name of the device's time zone, where the browser reveals it. */
export function timeZone(): string | undefined {
  try {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone
  } catch {
    return undefined
  }
}
