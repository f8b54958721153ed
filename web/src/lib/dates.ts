/** Dates as people read them, in the browser's language and time zone. */
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' })
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' })
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const fullDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' })
const shortFullDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'short' })
const fullMoment = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

const DAY_MS = 86_400_000

/** "14:32" */
export function clockTime(timestamp: string): string {
  return clock.format(new Date(timestamp))
}

/** "Sunday, 22 November 2026 at 14:32", for tooltips and screen readers. */
export function fullTime(timestamp: string): string {
  return fullMoment.format(new Date(timestamp))
}

/** The local calendar day, "2026-11-22": equal exactly for moments of the same day. */
export function calendarDay(timestamp: string): string {
  const date = new Date(timestamp)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}

/** "Today", "Yesterday", "Tuesday", "3 March" or "3 March 2025". */
export function dayLabel(timestamp: string, now = new Date()): string {
  const date = new Date(timestamp)
  const age = daysBetween(date, now)
  if (age === 0 || age === 1) return capitalised(relative.format(-age, 'day'))
  if (age > 1 && age < 7) return weekday.format(date)
  return date.getFullYear() === now.getFullYear() ? dayAndMonth.format(date) : fullDay.format(date)
}

/** For a row of a list: "14:32" today, then "Yesterday", "Tue", "3 Mar", "03/03/2025". */
export function listTime(timestamp: string, now = new Date()): string {
  const date = new Date(timestamp)
  const age = daysBetween(date, now)
  if (age <= 0) return clock.format(date)
  if (age === 1) return capitalised(relative.format(-1, 'day'))
  if (age < 7) return shortWeekday.format(date)
  return date.getFullYear() === now.getFullYear()
    ? shortDay.format(date)
    : shortFullDay.format(date)
}

function daysBetween(earlier: Date, later: Date): number {
  return Math.round((midnight(later) - midnight(earlier)) / DAY_MS)
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}
