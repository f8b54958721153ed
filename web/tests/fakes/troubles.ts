import type { ErrorCode } from '@/contracts/catalogues'

/** Makes a server hold or refuse some kinds of requests ("GET /api/items") and frames ("send_message"). */
export class Troubles {
  private readonly refusals: [kind: RegExp, code: ErrorCode][] = []
  private readonly held: RegExp[] = []
  private waiting: (() => void)[] = []

  refuse(kind: RegExp, code: ErrorCode = 'forbidden_origin'): void {
    this.refusals.push([kind, code])
  }

  /** Answers of this kind, too, are on their way until `release`. */
  hold(kind: RegExp): void {
    this.held.push(kind)
  }

  release(): void {
    this.held.length = 0
    this.waiting.splice(0).forEach((answer) => answer())
  }

  /** From now on everything is answered, also what was held. */
  end(): void {
    this.refusals.length = 0
    this.release()
  }

  refusalOf(kind: string): ErrorCode | undefined {
    return this.refusals.find(([refused]) => refused.test(kind))?.[1]
  }

  unlessHeld(kind: string, answer: () => void): void {
    if (this.held.some((one) => one.test(kind))) this.waiting.push(answer)
    else answer()
  }

  get isHolding(): boolean {
    return this.waiting.length > 0
  }
}
