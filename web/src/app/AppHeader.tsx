import { t } from '@lingui/core/macro'
import { MessageCircle, Store, type LucideIcon } from 'lucide-react'
import { Link, useLocation, useRoute } from 'wouter'

import { AccountMenu } from '@/features/session/AccountMenu'
import { SITE_NAME } from '@/app/siteName'
import { ConnectionDot } from '@/features/connection/ConnectionDot'
import { classNames } from '@/lib/classNames'
import { logInAddress } from '@/lib/logInAddress'
import { useSession, useUnreadTotal } from '@/messaging'
import { Badge } from '@/ui/Badge'
import { buttonClass } from '@/ui/buttonClass'
import { Logo } from '@/ui/Logo'

export function AppHeader({ className }: { className: string }) {
  const { user } = useSession()
  return (
    <header
      className={classNames(
        '@container sticky top-0 z-20 border-b border-line bg-surface/95 pt-safe backdrop-blur-sm print:hidden [@media(height<24rem)]:static',
        className,
      )}
    >
      <div className="mx-auto flex h-14 max-w-[110rem] items-center gap-1 px-3 md:h-16 md:gap-2 md:px-6 @max-[15rem]:px-1">
        <Link
          to="/"
          className="mr-auto inline-flex min-h-11 min-w-11 items-center gap-2.5 rounded-xl pr-2 text-lg font-bold tracking-tight md:mr-6 @max-[20rem]:pr-0"
        >
          <Logo className="size-8" />
          <span
            className={classNames(
              'whitespace-nowrap',
              user === null ? '@max-[20rem]:sr-only' : '@max-[22.5rem]:sr-only',
            )}
          >
            {SITE_NAME}
          </span>
        </Link>
        <nav
          aria-label={t({ message: 'Main', comment: 'Name of the main navigation' })}
          className="flex items-center gap-1 md:mr-auto"
        >
          <HeaderLink to="/" icon={Store} label={t`Browse`} className="@max-[15rem]:hidden" />
          {user !== null && <MessagesLink />}
        </nav>
        {user === null ? (
          <LogInLink />
        ) : (
          <>
            <span className="px-1.5 md:px-3 @max-[15rem]:px-0">
              <ConnectionDot />
            </span>
            <AccountMenu user={user} />
          </>
        )}
      </div>
    </header>
  )
}

function MessagesLink() {
  const unread = useUnreadTotal()
  return (
    <HeaderLink
      to="/messages"
      pages="/messages/:conversationId?"
      icon={MessageCircle}
      label={t`Messages`}
      unread={unread}
    />
  )
}

interface HeaderLinkProps {
  to: string
  /** The pages it stands for, as a route pattern. */
  pages?: string
  icon: LucideIcon
  label: string
  unread?: number
  className?: string
}

/** An icon on a phone, icon and word on anything wider. */
function HeaderLink(props: HeaderLinkProps) {
  const { to, pages = to, icon: Icon, label, unread = 0, className } = props
  const [isActive] = useRoute(pages)
  return (
    <Link
      to={to}
      aria-current={isActive ? 'page' : undefined}
      className={classNames(
        'relative inline-flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-xl px-2.5 text-sm font-semibold transition-colors md:px-3.5',
        isActive ? 'bg-accent-soft text-accent-ink' : 'text-soft hover:bg-hover hover:text-ink',
        className,
      )}
    >
      <Icon aria-hidden className="size-5" />
      <span className="max-md:sr-only">{label}</span>
      <span className="max-md:absolute max-md:top-0.5 max-md:right-0">
        <Badge count={unread} />
      </span>
    </Link>
  )
}

function LogInLink() {
  const [path] = useLocation()
  if (path === '/login') return null
  return (
    <Link to={logInAddress(path)} className={buttonClass({ variant: 'primary' }, 'ml-1')}>
      {t`Log in`}
    </Link>
  )
}
