import { t } from '@lingui/core/macro'
import { X } from 'lucide-react'

import { useVersions } from './useVersions'
import { clockTime, dayLabel, fullTime } from '@/lib/time/dates'
import { useToday } from '@/lib/time/useToday'
import type { TimelineEntry } from '@/messaging'
import { Button } from '@/ui/Button'
import { closeDialog } from '@/ui/closeDialog'
import { Dialog } from '@/ui/Dialog'
import { LoadError } from '@/ui/loading/LoadError'
import { Loading } from '@/ui/loading/Loading'
import { Skeleton } from '@/ui/loading/Skeleton'

interface VersionsDialogProps {
  conversationId: string
  entry: TimelineEntry
  onClose: () => void
}

/** How a message read before it was edited. */
export function VersionsDialog({ conversationId, entry, onClose }: VersionsDialogProps) {
  const { versions, isPending, isError, refetch } = useVersions(conversationId, entry)
  const retry = () => void refetch()
  const closeButton = (
    <Button variant="quiet" size="icon" aria-label={t`Close`} onClick={closeDialog}>
      <X aria-hidden className="size-5" />
    </Button>
  )
  return (
    <Dialog title={t`Earlier versions`} corner={closeButton} onClose={onClose}>
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
    </Dialog>
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
