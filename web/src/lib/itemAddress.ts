/** The page of an item. Its id is the marketplace's own and may hold characters that mean something in an address. */
export function itemAddress(itemId: string): string {
  return `/items/${encodeURIComponent(itemId)}`
}

/** The item that a page's address names; the router leaves such characters encoded. */
export function itemIdIn(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // typed by hand: there is no such item
  }
}
