// Written by generate-defaults.ts from policies/*.yaml. Do not edit.
import type { Policy } from '@muster/schemas';

/** Policies that are in force unless one with their id is published. */
export const defaultPolicies: readonly Policy[] = [
  {
    "envelope": {
      "id": "approval-defaults",
      "time": 0,
      "source": "muster",
      "correlationId": "approval-defaults",
      "causationId": null
    },
    "isEnabled": true,
    "policyId": "approval-defaults",
    "version": 1,
    "agent": "approval",
    "description": "Small, known changes of targets that can bear it are allowed; all others are for people.",
    "rules": [
      {
        "description": "The kill switch is on, so nothing is approved without a person.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [],
        "ruleId": "kill-switch",
        "when": "stopped",
        "verdict": "REVIEW"
      },
      {
        "description": "The target is frozen, so a person looks at every change of it.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [],
        "ruleId": "freeze",
        "when": "frozen",
        "verdict": "REVIEW"
      },
      {
        "description": "Much depends on a CRITICAL target, so an sre looks at every change of it.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [
          "sre"
        ],
        "ruleId": "critical-target",
        "when": "target.tier == \"CRITICAL\"",
        "verdict": "REVIEW"
      },
      {
        "description": "Nothing takes the change back, so a person looks at it.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [],
        "ruleId": "irreversible",
        "when": "!change.isReversible",
        "verdict": "REVIEW"
      },
      {
        "description": "More than two changes of this target, or more than two and a tenth of such changes, have failed within a day, so a person looks at the next.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [],
        "ruleId": "recent-failures",
        "when": "history.targetFailures > 2 || history.recentFailures > 2 && history.recentFailures * 10 > history.verified + history.rolledBack",
        "verdict": "REVIEW"
      },
      {
        "description": "A restart or scaling that touches at most half of a STANDARD or LOW target is allowed.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [],
        "ruleId": "small-changes",
        "when": "change.class in [\"restart\", \"scale\"] && target.tier in [\"STANDARD\", \"LOW\"] && change.blastRadius <= 0.5",
        "verdict": "ALLOW"
      }
    ]
  },
  {
    "envelope": {
      "id": "coordinator-defaults",
      "time": 0,
      "source": "muster",
      "correlationId": "coordinator-defaults",
      "causationId": null
    },
    "isEnabled": true,
    "policyId": "coordinator-defaults",
    "version": 1,
    "agent": "coordinator",
    "description": "A target that is saturated is scaled; one that is slow, leaking, failing or crashing is restarted.",
    "rules": [
      {
        "description": "The target has no room left, so it gets another instance.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": "scale",
        "input": {
          "target": "incident.target"
        },
        "reviewers": 1,
        "roles": [],
        "ruleId": "saturated-scale",
        "when": "incident.status == \"OPEN\" && incident.severity in [\"WARNING\", \"CRITICAL\"] && incident.signals.exists(s, s.matches(\"cpu|saturation|utili[sz]ation|queue|backlog\"))",
        "verdict": "RUN"
      },
      {
        "description": "The target is slow, leaks memory, fails or crashes, so it is restarted.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": "restart",
        "input": {
          "target": "incident.target"
        },
        "reviewers": 1,
        "roles": [],
        "ruleId": "unwell-restart",
        "when": "incident.status == \"OPEN\" && incident.severity in [\"WARNING\", \"CRITICAL\"] && incident.signals.exists(s, s.matches(\"latency|duration|response_time|error|fail|memory|heap|rss|restarts|crash\")) && !incident.signals.exists(s, s.matches(\"cpu|saturation|utili[sz]ation|queue|backlog\"))",
        "verdict": "RUN"
      }
    ]
  },
  {
    "envelope": {
      "id": "correlation-defaults",
      "time": 0,
      "source": "muster",
      "correlationId": "correlation-defaults",
      "causationId": null
    },
    "isEnabled": true,
    "policyId": "correlation-defaults",
    "version": 1,
    "agent": "correlation",
    "description": "What is only worth knowing is muted while something critical of the same target fires.",
    "rules": [
      {
        "description": "Its target has something critical, so what is only worth knowing can wait.",
        "weight": 0,
        "severity": "WARNING",
        "forMs": 0,
        "title": "",
        "labels": {},
        "playbook": null,
        "input": {},
        "reviewers": 1,
        "roles": [],
        "ruleId": "critical-of-same-target",
        "when": "by.target == alert.target && by.severity == \"CRITICAL\" && alert.severity == \"INFO\"",
        "verdict": "INHIBIT"
      }
    ]
  }
];
