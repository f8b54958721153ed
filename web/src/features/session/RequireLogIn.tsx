import { useEffect, type ReactNode } from 'react'
import { Redirect, useLocation } from 'wouter'

import { logInAddress } from '@/lib/logInAddress'
import { useSession } from '@/messaging'

/** Redirects guests to the log-in page, and back here afterwards. */
export function RequireLogIn({ children }: { children: ReactNode }) {
  const { user, ended } = useSession()
  const [path, navigate] = useLocation()
  const isOfAnother = ended?.reason === 'replaced' && path.startsWith('/messages/')
  useEffect(() => {
    if (isOfAnother) navigate('/messages', { replace: true })
  }, [isOfAnother, navigate])
  if (user === null) return <Redirect to={logInAddress(path)} replace />
  return children
}
