import { connectionAddresses } from './connection-addresses.ts';
import { looseTime } from './log-time.ts';
import { readOtherLogin } from './other-logins.ts';
import { foreign, nothing, type LineContext, type LineReading } from './sighting.ts';
import { readSshd } from './sshd.ts';
import { sshdSessions } from './sshd-sessions.ts';
import { readSyslog } from './syslog.ts';

const repeated = /^message repeated (\d{1,6}) times: \[ ?(.*)\]$/s;

/**
 * Reads the lines of one authentication log in order: OpenSSH in full, other programs by what failed logins have in common, whether they write to
 * syslog or in a form of their own.
 */
export function authLog(): (line: string, context: LineContext) => LineReading {
  const sessions = sshdSessions();
  const connections = connectionAddresses();
  return (line, { now, target }) => {
    const read = readSyslog(line, now);
    if (read === undefined) {
      const alone = { at: looseTime(line, now), host: '', program: '', processId: '', message: line };
      const reading = readOtherLogin(alone, target, connections);
      return reading.kind === 'nothing' ? foreign('it is neither syslog nor tells of a failed login') : reading;
    }
    if (!/^sshd(?:-session|-auth)?$/.test(read.program)) return readOtherLogin(read, target, connections);
    const [, times = '1', message = read.message] = repeated.exec(read.message) ?? [];
    const fact = readSshd(message);
    return fact === undefined ? nothing : sessions.read(read, fact, target, Number(times));
  };
}
