import { t } from '@lingui/core/macro'

import { Page } from '@/app/pages/Page'
import { usePageTitle } from '@/app/usePageTitle'
import { ItemGrid } from '@/features/marketplace/ItemGrid'

export default function ItemsPage() {
  usePageTitle()
  return (
    <Page>
      <h1 className="text-2xl font-bold tracking-tight md:text-3xl">{t`Fresh finds near you`}</h1>
      <p className="mt-1.5 mb-6 text-soft md:mb-8">
        {t`Things students no longer need. See one you like? Talk to the seller right away.`}
      </p>
      <ItemGrid />
    </Page>
  )
}
