import type { ComponentProps } from 'react'

import { buttonClass, type ButtonLook } from '@/ui/buttonClass'

type ButtonProps = ComponentProps<'button'> & ButtonLook

export function Button({ variant, size, className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass({ variant, size }, className)} {...rest} />
}
