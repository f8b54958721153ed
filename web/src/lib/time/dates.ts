import { dateFormat, recentDayFormat, timeZone } from '../browser/formats'

/** Dates as people read them, in the browser's language and time zone. `today` is when the reader's day began. */
const DAY_MS = 86_400_000

const recentDay = recentDayFormat()
let zone = timeZone()
let formats = createFormats()

function createFormats() {
  return {
    clock: dateFormat({ hour: 'numeric', minute: '2-digit' }),
    weekday: dateFormat({ weekday: 'long' }),
    shortWeekday: dateFormat({ weekday: 'short' }),
    dayAndMonth: dateFormat({ day: 'numeric', month: 'long' }),
    shortDay: dateFormat({ day: 'numeric', month: 'short' }),
    fullDay: dateFormat({ dateStyle: 'long' }),
    shortFullDay: dateFormat({ dateStyle: 'short' }),
    fullMoment: dateFormat({ dateStyle: 'full', timeStyle: 'short' }),
  }
}

/** A format keeps the time zone that it was created in; the device may have travelled since. */
export function followTimeZone(): void {
  if (timeZone() === zone) return
  zone = timeZone()
  formats = createFormats()
}

/** "14:32" */
export function clockTime(timestamp: string): string {
  return formats.clock.format(new Date(timestamp))
}

/** "Sunday, 22 November 2026 at 14:32", for tooltips and screen readers. */
export function fullTime(timestamp: string): string {
  return formats.fullMoment.format(new Date(timestamp))
}

/** The local calendar day, "2026-11-22": equal exactly for moments of the same day. */
export function calendarDay(timestamp: string): string {
  const date = new Date(timestamp)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}

/** The local midnight before a moment; both in epoch milliseconds. */
export function startOfDay(moment: number): number {
  return new Date(moment).setHours(0, 0, 0, 0)
}

/** "Today", "Yesterday", "Tuesday", "3 March" or "3 March 2025". */
export function dayLabel(timestamp: string, today: number): string {
  const date = new Date(timestamp)
  const age = ageInDays(date, today)
  if (age <= 1) return capitalised(recentDay(age === 1 ? 1 : 0))
  if (age < 7) return formats.weekday.format(date)
  return isOfYear(date, today) ? formats.dayAndMonth.format(date) : formats.fullDay.format(date)
}

/** For a row of a list: "14:32" today, then "Yesterday", "Tue", "3 Mar", "03/03/2025". */
export function listTime(timestamp: string, today: number): string {
  const date = new Date(timestamp)
  const age = ageInDays(date, today)
  if (age <= 0) return formats.clock.format(date)
  if (age === 1) return capitalised(recentDay(1))
  if (age < 7) return formats.shortWeekday.format(date)
  return isOfYear(date, today) ? formats.shortDay.format(date) : formats.shortFullDay.format(date)
}

/** Days of 23 and 25 hours count as one. */
function ageInDays(date: Date, today: number): number {
  return Math.round((today - startOfDay(date.getTime())) / DAY_MS)
}

function isOfYear(date: Date, today: number): boolean {
  return date.getFullYear() === new Date(today).getFullYear()
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}
