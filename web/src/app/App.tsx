import { Router } from 'wouter'

import { AppRoutes } from '@/app/AppRoutes'
import { CrashScreen } from '@/app/CrashScreen'
import { keepHistoryShort } from '@/lib/navigation'
import { MessagingProvider, type MessagingClient } from '@/messaging'
import { Announcer } from '@/ui/notices/Announcer'
import { Toasts } from '@/ui/notices/Toasts'

export function App({ client }: { client: MessagingClient }) {
  return (
    <CrashScreen>
      <MessagingProvider client={client}>
        <Announcer>
          <Router aroundNav={keepHistoryShort}>
            <AppRoutes />
          </Router>
          <Toasts />
        </Announcer>
      </MessagingProvider>
    </CrashScreen>
  )
}
