import { t } from '@lingui/core/macro'
import { Compass } from 'lucide-react'
import { Link } from 'wouter'

import { Page } from '@/app/pages/Page'
import { usePageTitle } from '@/app/usePageTitle'
import { buttonClass } from '@/ui/buttonClass'
import { EmptyState } from '@/ui/EmptyState'

export default function NotFoundPage() {
  usePageTitle(t`Page not found`)
  return (
    <Page>
      <EmptyState
        headingLevel={1}
        icon={Compass}
        title={t`This page does not exist`}
        action={
          <>
            <Link to="/" replace className={buttonClass({ variant: 'primary' })}>
              {t`Browse items`}
            </Link>
            <Link to="/messages" replace className={buttonClass({ variant: 'secondary' })}>
              {t`My messages`}
            </Link>
          </>
        }
      >
        {t`The address may be mistyped, or what was here is gone.`}
      </EmptyState>
    </Page>
  )
}
