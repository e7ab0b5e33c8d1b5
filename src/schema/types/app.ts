// Made from schemas/app.json by `npm run generate`: do not edit.

/**
 * An app: one repository, the servers it runs on and what runs there. A server that is not listed gets nothing of it.
 */
export interface AppFile {
  /**
   * A file of the same folder whose name begins with _. Its mappings are merged with this one, its lists and values are replaced.
   */
  extends?: string
  /**
   * ssh (git@host:org/repo.git, ssh://…), https without a password, or an absolute path of the controller.
   */
  repo: string
  /**
   * The private key that may read the repository. It stays on the controller.
   */
  deploy_key?: string
  /**
   * A commit must be on one of these branches to be released.
   *
   * @maxItems 50
   *
   * Items: A branch by its name.
   */
  release_from?: string[]
  /**
   * Which event of the repository's host releases the app, told to flight serve by a webhook; without it none does.
   */
  release_on?: {
    /**
     * A branch by its name.
     */
    branch: string
    /**
     * The name of the GitHub workflow that must succeed first. On GitLab any name stands for the pipeline. Without it, a push to the branch is enough.
     */
    workflow?: string
  }
  /**
   * Where the application lies inside the repository (a monorepo).
   */
  subdirectory?: string
  /**
   * One of the cluster's versions. A version that ends in 0 must be quoted ("8.10").
   */
  php: number | string
  /**
   * The name of a file in clusters/, without .yml.
   */
  cluster: string
  /**
   * The one domain of the app; domains is the same for several. Without either the site answers for the name of the app.
   */
  domain?: string
  /**
   * The domains that the app answers for; *.example.com stands for every name below.
   *
   * @minItems 1
   * @maxItems 200
   *
   * Items: A domain in lower case (an internationalised one in its xn-- form); *.example.com stands for every name below example.com.
   */
  domains?: string[]
  /**
   * Domains that answer with a redirect to another one.
   */
  redirects?: {
    /**
     * A domain in lower case, without a wildcard.
     */
    [k: string]: string
  }
  /**
   * What nginx serves, inside the release.
   */
  public_dir?: string
  /**
   * What composer is called with in a new release.
   */
  composer_command?: string
  /**
   * A file of the controller in composer's auth.json format, never left on a server.
   */
  composer_auth?: string
  /**
   * Commands that run on the controller before the upload, without keys or agent.
   */
  build?: {
    /**
     * Run in a checkout of the commit; what they make is part of the release.
     *
     * @maxItems 100
     *
     * Items: One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
     */
    commands: string[]
  }
  /**
   * On every server, in the new release, as the app's user, before it goes live.
   *
   * @maxItems 100
   *
   * Items: One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
   */
  release_commands?: string[]
  /**
   * On every server, once the release is live.
   *
   * @maxItems 100
   *
   * Items: One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
   */
  after_commands?: string[]
  /**
   * Directories that all releases share: uploads, sessions, logs.
   *
   * @maxItems 100
   *
   * Items: Relative, without . or .. and without spaces.
   */
  linked_dirs?: string[]
  /**
   * Files that all releases share, the environment file above all.
   *
   * @maxItems 100
   *
   * Items: Relative, without . or .. and without spaces.
   */
  linked_files?: string[]
  /**
   * How many releases stay on a server. Those in use are always kept.
   */
  keep_releases?: number
  /**
   * Directories of hashed assets: those of the previous release stay reachable.
   *
   * @maxItems 50
   *
   * Items: Relative, without . or .. and without spaces.
   */
  keep_assets?: string[]
  /**
   * A path that must answer before and after a release goes live, or { path, host, status, timeout, retries }.
   */
  health_check?:
    | string
    | {
        /**
         * Begins with /.
         */
        path: string
        /**
         * The Host header; without it the app's first domain.
         */
        host?: string
        /**
         * The HTTP status that means healthy.
         */
        status?: number
        /**
         * Seconds to wait for one answer.
         */
        timeout?: number
        /**
         * How often to ask again, a second apart, before the release counts as failed.
         */
        retries?: number
      }
  /**
   * php.ini directives for this app, over the cluster's. What belongs to all apps of a PHP version only the cluster may say.
   */
  php_ini?: {
    /**
     * A value on one line, without double quotes, backslashes or ${ }.
     */
    [k: string]: string | number | boolean
  }
  /**
   * Seconds an HTTP request may take, instead of the cluster's.
   */
  request_duration?: number
  /**
   * Megabytes an HTTP request may carry, instead of the cluster's.
   */
  request_payload?: number
  /**
   * Megabytes an HTTP request may use, instead of the cluster's.
   */
  request_memory?: number
  /**
   * Servers of the cluster that this app runs on, and what runs there. A server that is not listed gets nothing.
   *
   * @maxItems 500
   *
   * Items: What runs on this server.
   */
  servers?: {
    /**
     * A server of the app's cluster.
     */
    name: string
    /**
     * Requests are answered here, by a PHP-FPM pool of this size.
     */
    web?: {
      /**
       * dynamic keeps spare workers, static keeps all of them, ondemand starts them when requests come.
       */
      pm?: 'dynamic' | 'static' | 'ondemand'
      /**
       * The most PHP processes at the same time.
       */
      max_workers: number
      /**
       * Idle processes that are kept ready (dynamic).
       */
      min_spare_workers?: number
      /**
       * Processes started with the pool (dynamic).
       */
      initial_workers?: number
      /**
       * Idle processes beyond this are ended (dynamic).
       */
      max_spare_workers?: number
    }
    /**
     * On this server only, once a release, before it goes live.
     *
     * @maxItems 100
     *
     * Items: One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
     */
    deploy_commands?: string[]
    /**
     * Queue workers, kept running by supervisor.
     *
     * @maxItems 100
     */
    queues?: {
      /**
       * Lower-case letters, digits, - and _. Unique on its server within the app.
       */
      name: string
      /**
       * An artisan command unless it names a program.
       */
      command: string
      /**
       * How many processes of it run.
       */
      workers?: number
      /**
       * Seconds a process may take to finish its job before it is killed.
       */
      stop_wait_timeout?: number
    }[]
    /**
     * Any long-running program: Horizon, Reverb, an SSR server.
     *
     * @maxItems 100
     */
    daemons?: {
      /**
       * Lower-case letters, digits, - and _. Unique on its server within the app.
       */
      name: string
      /**
       * One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
       */
      command: string
      /**
       * How many processes of it run.
       */
      workers?: number
      /**
       * Seconds a process may take to finish its job before it is killed.
       */
      stop_wait_timeout?: number
    }[]
    /**
     * Whether artisan schedule:run is run here every minute.
     */
    scheduler?: true | false | 'on' | 'off' | 'yes' | 'no'
    /**
     * Commands that run at fixed times on this server.
     *
     * @maxItems 100
     */
    cron?: {
      /**
       * Lower-case letters, digits, - and _. Unique on its server within the app.
       */
      name: string
      /**
       * Five fields: minute, hour, day of the month, month, day of the week.
       */
      at: string
      /**
       * One line, run by sh. artisan, composer and php at its beginning stand for the app's own versions.
       */
      command: string
    }[]
  }[]
  /**
   * What the app's site needs beyond the usual.
   */
  nginx?: {
    /**
     * Paths that go to a local port, websockets too.
     */
    proxy?: {
      /**
       * A TCP port.
       */
      [k: string]: number
    }
    /**
     * An htpasswd file beside the definition. What stands in it is shown nowhere.
     */
    basic_auth?: string
    /**
     * Files on the server; a renewed one is a reload.
     */
    tls?: {
      /**
       * The certificate with its chain, on the server.
       */
      certificate: string
      /**
       * Its private key, on the server.
       */
      key: string
    }
    /**
     * A file beside the definition with what must be said by hand, inside the site's server block.
     */
    include?: string
  }
}
