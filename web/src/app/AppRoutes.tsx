import { lazy } from 'react'
import { Route, Switch } from 'wouter'

import { AppLayout } from '@/app/AppLayout'
import { RequireLogIn } from '@/features/session/RequireLogIn'

const ItemsPage = lazy(() => import('@/app/pages/ItemsPage'))
const ItemPage = lazy(() => import('@/app/pages/ItemPage'))
const LogInPage = lazy(() => import('@/app/pages/LogInPage'))
const MessagesPage = lazy(() => import('@/app/pages/MessagesPage'))
const NotFoundPage = lazy(() => import('@/app/pages/NotFoundPage'))

export function AppRoutes() {
  return (
    <AppLayout>
      <Switch>
        <Route path="/">
          <ItemsPage />
        </Route>
        <Route path="/items/:itemId">
          <ItemPage />
        </Route>
        <Route path="/login">
          <LogInPage />
        </Route>
        <Route path="/messages/:conversationId?">
          <RequireLogIn>
            <MessagesPage />
          </RequireLogIn>
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
    </AppLayout>
  )
}
