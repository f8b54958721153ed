import { useEffect, useEffectEvent, useState } from 'react'

import type { Item } from '@/contracts/types'

type Price = Item['price']

/** What the item of each conversation cost when its chat was last on screen, since the page was loaded. */
const seenPrices = new Map<string, Price>()

/** The price from before it changed, while this chat is open or since it last was; undefined if it is the same. */
export function usePriceBefore(conversationId: string, price: Price): Price | undefined {
  const [before] = useState(() => seenPrices.get(conversationId) ?? price)
  const leave = useEffectEvent(() => seenPrices.set(conversationId, price))
  useEffect(() => () => void leave(), [])
  const isSame = before?.amount === price?.amount && before?.currency === price?.currency
  return isSame ? undefined : before
}
