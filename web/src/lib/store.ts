import { Emitter, type Unsubscribe } from './emitter'

/** One value that can be watched, in the form that `useSyncExternalStore` wants. */
export class Store<T> {
  private readonly changed = new Emitter<void>()
  private value: T

  constructor(initial: T) {
    this.value = initial
  }

  readonly get = (): T => this.value

  readonly subscribe = (listener: () => void): Unsubscribe => this.changed.subscribe(listener)

  set(value: T): void {
    if (Object.is(value, this.value)) return
    this.value = value
    this.changed.emit()
  }
}
