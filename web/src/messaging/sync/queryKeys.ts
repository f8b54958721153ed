/** Keys carry the person: what one has loaded is never shown to the next. */
export const queryKeys = {
  conversations: (me: string) => [me, 'conversations'] as const,
  conversation: (me: string, id: string) => [me, 'conversation', id] as const,
  allConversation: (me: string) => [me, 'conversation'] as const,
  timeline: (me: string, id: string) => [me, 'timeline', id] as const,
  /** Loads into the timeline, and holds nothing itself. */
  addition: (me: string, id: string, what: string) => [me, 'addition', id, what] as const,
  allTimelines: (me: string) => [me, 'timeline'] as const,
}
