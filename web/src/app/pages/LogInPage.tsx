import { t } from '@lingui/core/macro'
import { Redirect, useSearch } from 'wouter'

import { Page } from '@/app/pages/Page'
import { usePageTitle } from '@/app/usePageTitle'
import { DemoPeople } from '@/features/session/DemoPeople'
import { pathAfterLogIn } from '@/lib/logInAddress'
import { useSession } from '@/messaging'
import { Logo } from '@/ui/Logo'

export default function LogInPage() {
  const { user, ended } = useSession()
  const query = new URLSearchParams(useSearch())
  usePageTitle(t`Log in`)
  // After another person logged in, the previous page belongs to somebody else.
  const next = ended?.reason === 'replaced' ? '/' : pathAfterLogIn(query.get('next'))
  if (user !== null) return <Redirect to={next} replace />
  return (
    <Page className="max-w-md">
      <div className="mb-8 flex flex-col items-center text-center">
        <Logo className="mb-5 size-14" />
        <h1 className="text-2xl font-bold tracking-tight">{t`Who would you like to be?`}</h1>
        <p className="mt-1.5 text-sm text-soft">
          {t`Pick a demo person. Open a second browser as somebody else, and write to yourself.`}
        </p>
      </div>
      <DemoPeople />
    </Page>
  )
}
