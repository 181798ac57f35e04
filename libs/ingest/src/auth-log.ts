import { readOtherLogin } from './other-logins.ts';
import { foreign, nothing, type LineContext, type LineReading } from './sighting.ts';
import { readSshd } from './sshd.ts';
import { sshdSessions } from './sshd-sessions.ts';
import { readSyslog } from './syslog.ts';

/** Reads the lines of one authentication log in order: OpenSSH in full, other daemons by what failed logins have in common. */
export function authLog(): (line: string, context: LineContext) => LineReading {
  const sessions = sshdSessions();
  return (line, { now, target }) => {
    const read = readSyslog(line, now);
    if (read === undefined) return foreign('it has no time, host and program as syslog has');
    if (!/^sshd(?:-session|-auth)?$/.test(read.program)) return readOtherLogin(read, target);
    const fact = readSshd(read.message);
    return fact === undefined ? nothing : sessions.read(read, fact, target);
  };
}
