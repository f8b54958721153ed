import { useEffect } from 'react'
import { Route, Switch } from 'wouter'

import { AppLayout } from '@/app/AppLayout'
import { LoadedPage } from '@/app/LoadedPage'
import { PageCode } from '@/app/pageCode'
import { RequireLogIn } from '@/features/session/RequireLogIn'
import { savesData, whenIdle } from '@/lib/browser/whenIdle'

const pages = {
  items: new PageCode(() => import('@/app/pages/ItemsPage')),
  item: new PageCode(() => import('@/app/pages/ItemPage')),
  logIn: new PageCode(() => import('@/app/pages/LogInPage')),
  messages: new PageCode(() => import('@/app/pages/MessagesPage')),
  notFound: new PageCode(() => import('@/app/pages/NotFoundPage')),
}

export function AppRoutes() {
  usePrefetch()
  return (
    <AppLayout>
      <Switch>
        <Route path="/">
          <LoadedPage key="items" code={pages.items} />
        </Route>
        <Route path="/items/:itemId">
          <LoadedPage key="item" code={pages.item} />
        </Route>
        <Route path="/login">
          <LoadedPage key="logIn" code={pages.logIn} />
        </Route>
        <Route path="/messages/:conversationId?">
          <RequireLogIn>
            <LoadedPage key="messages" code={pages.messages} />
          </RequireLogIn>
        </Route>
        <Route>
          <LoadedPage key="notFound" code={pages.notFound} />
        </Route>
      </Switch>
    </AppLayout>
  )
}

/** Loads all pages early, since they are small: they then work offline and after a deployment. */
function usePrefetch(): void {
  useEffect(() => {
    if (savesData()) return
    return whenIdle(() => Object.values(pages).forEach((page) => page.prefetch()))
  }, [])
}
