/** Whom a stage's pages and a first start's commands lead to. */

/** A member with much history: an interview too many within a week, and more than may be carried. */
export const MEMBER = 'freelancer-0007';
/** The one that gave nothing, because five of that week had been awarded already. */
export const INTERVIEW_TOO_MANY = 'iv-3306';
/** Nobody else's account is called so. */
export const UPGRADED = 'ana-upgraded';
/** Its mailbox is gone: whoever plays the mail server refuses it. */
export const MAILBOX_GONE = 'gil-mailbox-gone@members.example.test';
