import { t } from '@lingui/core/macro'
import { ArrowLeft } from 'lucide-react'
import { Link, useParams } from 'wouter'

import { Page } from '@/app/pages/Page'
import { usePageTitle } from '@/app/usePageTitle'
import { ItemDetails } from '@/features/marketplace/ItemDetails'
import { useItem } from '@/features/marketplace/useItem'
import { itemIdIn } from '@/lib/itemAddress'
import { buttonClass } from '@/ui/buttonClass'

export default function ItemPage() {
  const itemId = itemIdIn(useParams<{ itemId: string }>().itemId)
  usePageTitle(useItem(itemId).item?.item.title)
  return (
    <Page className="max-w-6xl">
      <Link
        to="/"
        replace
        className={buttonClass({ variant: 'quiet' }, 'mb-3 -ml-3 px-3 print:hidden')}
      >
        <ArrowLeft aria-hidden className="size-4" />
        {t`All items`}
      </Link>
      <ItemDetails key={itemId} itemId={itemId} />
    </Page>
  )
}
