/** The mark of the marketplace: two speech bubbles that meet. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        d="M7 11.5A3.5 3.5 0 0 1 10.5 8h7A3.5 3.5 0 0 1 21 11.5v3a3.5 3.5 0 0 1-3.5 3.5H13l-4 3.5V18A3 3 0 0 1 7 15Z"
        className="fill-white"
      />
      <path
        d="M23 13.5a3 3 0 0 1 2.5 3v3a3.2 3.2 0 0 1-2.5 3.1V25.5L19.5 22.7H16a3.3 3.3 0 0 1-2.8-1.7l.6-.8h3.9A5.3 5.3 0 0 0 23 14.9Z"
        className="fill-teal-200"
      />
    </svg>
  )
}
