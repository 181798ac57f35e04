export { checkJob, jobProblemText, type CheckedJob, type JobProblem } from './check-job.ts';
export { labelsField, topicFields, type ReadableTopic, type TopicField } from './job-topics.ts';
export type { Job, JobColumn, JobColumns, JobSink, JobSource, Reconciliation } from './form.ts';
