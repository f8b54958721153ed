import { reportProblem } from './browser/reportProblem'

export type Unsubscribe = () => void

/** Calls every listener; one that throws does not stop the others. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>()

  subscribe(listener: (value: T) => void): Unsubscribe {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  emit(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value)
      } catch (error) {
        reportProblem(error)
      }
    }
  }
}
