import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { HttpContext } from '@/api/httpContext'

import { MessagingContext } from './hooks/messagingContext'
import type { MessagingClient } from './messagingClient'

export function MessagingProvider({
  client,
  children,
}: {
  client: MessagingClient
  children: ReactNode
}) {
  return (
    <MessagingContext value={client}>
      <HttpContext value={client.http}>
        <QueryClientProvider client={client.queryClient}>{children}</QueryClientProvider>
      </HttpContext>
    </MessagingContext>
  )
}
