import type { ComponentType } from 'react'

import { recoverCode } from '@/app/recoverCode'
import { Store } from '@/lib/store'

export type PageState =
  | { status: 'loading' }
  /** Its code could not be loaded: no network, or a newer version was deployed. */
  | { status: 'failed' }
  | { status: 'ready'; Page: ComponentType }

/** The code of one page. Loading it may fail and can be retried. */
export class PageCode {
  readonly state = new Store<PageState>({ status: 'loading' })

  private readonly load: () => Promise<{ default: ComponentType }>
  private fetching: Promise<boolean> | undefined

  constructor(load: () => Promise<{ default: ComponentType }>) {
    this.load = load
  }

  /** Fetches it for later; that this fails does not matter yet. */
  prefetch(): void {
    void this.fetch()
  }

  /** The page is wanted now. */
  async show(): Promise<void> {
    if (await this.fetch()) return
    this.state.set({ status: 'failed' })
    await recoverCode({ asked: false })
  }

  /** A person asks for it again. */
  async retry(): Promise<void> {
    this.state.set({ status: 'loading' })
    if (await this.fetch()) return
    this.state.set({ status: 'failed' })
    await recoverCode({ asked: true })
  }

  private fetch(): Promise<boolean> {
    if (this.state.get().status === 'ready') return Promise.resolve(true)
    this.fetching ??= this.load()
      .then(
        (module) => {
          this.state.set({ status: 'ready', Page: module.default })
          return true
        },
        () => false,
      )
      .finally(() => (this.fetching = undefined))
    return this.fetching
  }
}
