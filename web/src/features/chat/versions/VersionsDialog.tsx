import { t } from '@lingui/core/macro'
import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'

import { useVersions } from './useVersions'
import { clockTime, dayLabel, fullTime } from '@/lib/time/dates'
import { useToday } from '@/lib/time/useToday'
import type { TimelineEntry } from '@/messaging'
import { Button } from '@/ui/Button'
import { LoadError } from '@/ui/loading/LoadError'
import { Loading } from '@/ui/loading/Loading'
import { Skeleton } from '@/ui/loading/Skeleton'

interface VersionsDialogProps {
  conversationId: string
  entry: TimelineEntry
  onClose: () => void
}

/** How a message read before it was edited. The browser keeps the focus inside, and gives it back at the end. */
export function VersionsDialog({ conversationId, entry, onClose }: VersionsDialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const { versions, isPending, isError, refetch } = useVersions(conversationId, entry)
  useEffect(() => ref.current?.showModal(), [])
  const close = () => ref.current?.close()
  const retry = () => void refetch()
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a press outside; the browser adds Escape
    <dialog
      ref={ref}
      aria-labelledby="versions-title"
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && close()}
      className="m-auto max-h-[min(80dvh,36rem)] w-[min(28rem,calc(100vw-2rem))] animate-fade-in rounded-2xl border border-line bg-surface p-0 text-ink shadow-pill backdrop:bg-black/40"
    >
      <div className="sticky top-0 flex items-center justify-between gap-2 border-b border-line bg-surface py-1.5 ps-5 pe-2">
        <h2 id="versions-title" className="font-semibold">
          {t`Earlier versions`}
        </h2>
        <Button variant="quiet" size="icon" aria-label={t`Close`} onClick={close}>
          <X aria-hidden className="size-5" />
        </Button>
      </div>
      {isPending && (
        <Loading label={t`Loading earlier versions`} onRetry={retry} className="space-y-3 p-5">
          <Skeleton className="h-4 w-24" />
          <Skeleton className="h-10 w-full" />
        </Loading>
      )}
      {isError && <LoadError title={t`Could not load the earlier versions`} onRetry={retry} />}
      {versions?.length === 0 && (
        <p className="p-5 text-sm text-soft">{t`There are no earlier versions.`}</p>
      )}
      {versions !== undefined && versions.length > 0 && (
        <ol className="divide-y divide-line px-5">
          {versions.map(({ version, content, writtenAt }) => (
            <Version key={version} content={content} writtenAt={writtenAt} />
          ))}
          <Version
            content={entry.content}
            writtenAt={entry.editedAt ?? entry.createdAt}
            isPresent
          />
        </ol>
      )}
    </dialog>
  )
}

interface VersionProps {
  content: string
  writtenAt: string
  isPresent?: boolean
}

function Version({ content, writtenAt, isPresent = false }: VersionProps) {
  const today = useToday()
  const day = dayLabel(writtenAt, today)
  const time = clockTime(writtenAt)
  return (
    <li className="py-3">
      <p className="flex items-center gap-2 text-xs text-soft tabular-nums">
        <time dateTime={writtenAt} title={fullTime(writtenAt)}>
          {t`${day}, ${time}`}
        </time>
        {isPresent && (
          <span className="rounded-full bg-accent-soft px-2 py-0.5 font-medium text-accent-ink">
            {t`Now`}
          </span>
        )}
      </p>
      <p
        dir="auto"
        className="mt-1 text-start text-[0.9375rem] leading-snug wrap-anywhere whitespace-pre-wrap"
      >
        {content}
      </p>
    </li>
  )
}
