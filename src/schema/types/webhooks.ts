// Made from schemas/webhooks.json by `npm run generate`: do not edit.

/**
 * push of GitHub
 */
export interface GithubPush {
  /**
   * refs/heads/BRANCH
   */
  ref?: string | null
  /**
   * the commit, or zeros when the branch was deleted
   */
  after?: string | null
  deleted?: boolean | null
  repository?: {
    clone_url?: string | null
    ssh_url?: string | null
    html_url?: string | null
  } | null
}

/**
 * workflow_run of GitHub
 */
export interface GithubWorkflowRun {
  action?: string | null
  workflow_run?: {
    name?: string | null
    /**
     * .github/workflows/FILE
     */
    path?: string | null
    head_branch?: string | null
    /**
     * the commit
     */
    head_sha?: string | null
    /**
     * what started the run
     */
    event?: string | null
    conclusion?: string | null
    head_repository?: {
      id?: number | null
    } | null
  } | null
  repository?: {
    id?: number | null
    clone_url?: string | null
    ssh_url?: string | null
    html_url?: string | null
  } | null
}

/**
 * Push Hook of GitLab
 */
export interface GitlabPush {
  /**
   * refs/heads/BRANCH
   */
  ref?: string | null
  /**
   * the commit, or zeros when the branch was deleted
   */
  after?: string | null
  project?: {
    git_http_url?: string | null
    git_ssh_url?: string | null
    web_url?: string | null
  } | null
}

/**
 * Pipeline Hook of GitLab
 */
export interface GitlabPipeline {
  object_attributes?: {
    /**
     * the branch or tag
     */
    ref?: string | null
    tag?: boolean | null
    /**
     * the commit
     */
    sha?: string | null
    /**
     * what started the pipeline
     */
    source?: string | null
    status?: string | null
  } | null
  merge_request?: {} | null
  project?: {
    git_http_url?: string | null
    git_ssh_url?: string | null
    web_url?: string | null
  } | null
}
