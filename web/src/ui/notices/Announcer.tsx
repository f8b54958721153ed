import { useCallback, useState, type ReactNode } from 'react'

import { AnnounceContext } from '@/ui/notices/announce'

/** The page's one polite live region: announces changes elsewhere on screen. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 })
  const announce = useCallback(
    (text: string) => setSaid((previous) => ({ text, turn: previous.turn + 1 })),
    [],
  )
  return (
    <AnnounceContext value={announce}>
      {children}
      <div aria-live="polite" className="sr-only">
        {/* A new element each time: the same text twice is said twice. */}
        <p key={said.turn}>{said.text}</p>
      </div>
    </AnnounceContext>
  )
}
