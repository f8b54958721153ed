import { t } from '@lingui/core/macro'
import { ArrowRight, KeyRound } from 'lucide-react'

import { ApiProblem } from '@/api/errors'
import type { Person } from '@/contracts/types'
import { useAction } from '@/lib/useAction'
import { useDemoPeople } from './useDemoPeople'
import { useSession } from '@/messaging'
import { ActionNote } from '@/ui/notices/ActionNote'
import { Avatar } from '@/ui/pictures/Avatar'
import { EmptyState } from '@/ui/EmptyState'
import { LoadError } from '@/ui/loading/LoadError'
import { Loading } from '@/ui/loading/Loading'
import { Skeleton } from '@/ui/loading/Skeleton'
import { Spinner } from '@/ui/loading/Spinner'

/** One-click log-in as one of the demo people. A production server offers none. */
export function DemoPeople() {
  const { people, isPending, isRefused, isError, refetch } = useDemoPeople()
  const { logIn } = useSession()
  const loggingIn = useAction(logIn)
  const isLoggingIn = loggingIn.status === 'running' || loggingIn.status === 'slow'

  if (isPending) return <PeopleSkeleton onRetry={() => void refetch()} />
  if (isError)
    return <LoadError title={t`Could not load the demo people`} onRetry={() => void refetch()} />
  if (isRefused || people.length === 0) return <NoDemoPeople />
  const noteOf = (person: Person) =>
    person.id === loggingIn.input && (
      <ActionNote
        action={loggingIn}
        offline={t`You are offline. You will be logged in as soon as you are back online.`}
        failure={refusal(loggingIn.error)}
      />
    )
  return (
    <ul className="space-y-2">
      {people.map((person) => (
        <li key={person.id}>
          <button
            type="button"
            disabled={isLoggingIn}
            onClick={() => loggingIn.run(person.id)}
            className="group flex w-full items-center gap-4 rounded-2xl border border-line bg-surface p-3 text-start transition hover:border-accent-ink hover:bg-accent-soft active:scale-[0.99] disabled:pointer-events-none"
          >
            <Avatar person={person} />
            <span className="min-w-0 grow">
              <span dir="auto" className="block truncate text-left font-semibold">
                {person.name}
              </span>
              <span className="block text-xs text-soft">{t`Log in with one click`}</span>
            </span>
            {isLoggingIn && person.id === loggingIn.input ? (
              <Spinner label={t`Logging in`} />
            ) : (
              <ArrowRight
                aria-hidden
                className="size-5 shrink-0 text-soft transition-transform group-hover:translate-x-1 group-hover:text-accent-ink"
              />
            )}
          </button>
          {noteOf(person)}
        </li>
      ))}
    </ul>
  )
}

function refusal(error: unknown): string {
  if (!(error instanceof ApiProblem)) return t`The server did not answer. Please try again.`
  return error.status === 429
    ? t`Too many log-ins at once. Please try again in a moment.`
    : t`This person can no longer log in here.`
}

function PeopleSkeleton({ onRetry }: { onRetry: () => void }) {
  return (
    <Loading label={t`Loading the demo people`} onRetry={onRetry} className="space-y-2">
      {[0, 1, 2, 3, 4].map((row) => (
        <Skeleton key={row} className="h-19 w-full rounded-2xl" />
      ))}
    </Loading>
  )
}

function NoDemoPeople() {
  return (
    <EmptyState icon={KeyRound} title={t`Log in through your marketplace`}>
      {t`This server offers no demo log-in under this address. Open the messages from the marketplace you are logged in to.`}
    </EmptyState>
  )
}
