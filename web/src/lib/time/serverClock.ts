import { DependableStorage } from '../browser/storage'
import { STORED } from '../browser/storedNames'
import { Store } from '../store'

/** A smaller difference says nothing: a `Date` header has whole seconds. */
const TOLERANCE_MS = 2_000
/** An answer that took longer says too little about the time. */
const LONGEST_EXCHANGE_MS = 10_000
const storage = new DependableStorage(() => window.localStorage)

/** The server's clock, estimated from its answers: clocks of devices are wrong by minutes, some by hours. */
class ServerClock {
  /** Server time minus this device's, in milliseconds; from an earlier visit until an answer came. */
  readonly skew = new Store(storedSkew())
  private stepsAtMeasurement: number | undefined

  /** Epoch milliseconds. */
  readonly now = (): number => Date.now() + this.skew.get()

  /** The server answered a request of `sentAt` (device time) and dated the answer. */
  measure(date: string | null, sentAt: number): void {
    const receivedAt = Date.now()
    const serverTime = Date.parse(date ?? '')
    const uncertainty = receivedAt - sentAt
    if (Number.isNaN(serverTime) || uncertainty < 0 || uncertainty > LONGEST_EXCHANGE_MS) return
    if (this.isMeasured()) return
    this.stepsAtMeasurement = clockSteps()
    // A header of whole seconds is half a second old on average.
    const skew = Math.round(serverTime + 500 - (sentAt + receivedAt) / 2)
    const sound = Math.abs(skew) <= TOLERANCE_MS + uncertainty ? 0 : skew
    if (Math.abs(sound - this.skew.get()) <= TOLERANCE_MS + uncertainty) return
    this.skew.set(sound)
    store(sound)
  }

  /** One measurement holds until the device's clock is set, or stood still while the machine slept. */
  private isMeasured(): boolean {
    const steps = this.stepsAtMeasurement
    return steps !== undefined && Math.abs(clockSteps() - steps) <= TOLERANCE_MS
  }
}

export const serverClock = new ServerClock()

/** Changes only when the clock is set or the machine sleeps. */
function clockSteps(): number {
  return Date.now() - performance.now()
}

function storedSkew(): number {
  const stored = Number(storage.getItem(STORED.clockSkew))
  return Number.isFinite(stored) ? stored : 0
}

function store(skew: number): void {
  if (skew === 0) storage.removeItem(STORED.clockSkew)
  else storage.setItem(STORED.clockSkew, String(skew))
}
