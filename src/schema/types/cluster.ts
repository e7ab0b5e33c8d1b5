// Made from schemas/cluster.json by `npm run generate`: do not edit.

/**
 * A cluster: servers that are alike, and the PHP versions on them.
 */
export interface ClusterFile {
  /**
   * A file of the same folder whose name begins with _. Its mappings are merged with this one, its lists and values are replaced.
   */
  extends?: string
  /**
   * Every version that an app of this cluster may use.
   *
   * @minItems 1
   * @maxItems 10
   *
   * Items: MAJOR.MINOR. A version that ends in 0 must be quoted ("8.10"): YAML reads the bare number as 8.1.
   */
  php: (number | string)[]
  /**
   * Seconds an HTTP request may take.
   */
  request_duration?: number
  /**
   * Megabytes an HTTP request may carry.
   */
  request_payload?: number
  /**
   * Megabytes an HTTP request may use.
   */
  request_memory?: number
  /**
   * On top of the common Laravel set, for every PHP version: gd, not php8.2-gd.
   *
   * @maxItems 100
   *
   * Items: The extension's own name, without php8.2-.
   */
  php_extensions?: string[]
  /**
   * auto: the distribution when it has the version, Sury's packages otherwise. Or a repository of your own.
   */
  php_source?:
    | ('auto' | 'distro' | 'sury')
    | {
        /**
         * The address of the apt repository.
         */
        uri: string
        /**
         * Usually the release's name.
         *
         * @minItems 1
         * @maxItems 10
         *
         * Items: A word without spaces.
         */
        suites: string[]
        /**
         * Usually main; none for a flat repository.
         *
         * @maxItems 10
         *
         * Items: A word without spaces.
         */
        components: string[]
        /**
         * { url, fingerprint }: fetched, and accepted only with this fingerprint. { path }: a keyring that is on the server already.
         */
        key: {
          /**
           * Where the key is fetched from.
           */
          url?: string
          /**
           * All 40 (or 64) hexadecimal digits, spaces allowed.
           */
          fingerprint?: string
          /**
           * A keyring that is on the server already.
           */
          path?: string
        }
        /**
         * One apt preference or several, so that the repository gives only what it shall.
         */
        pin?:
          | {
              /**
               * Names or patterns, separated by spaces.
               */
              packages: string
              /**
               * As in apt_preferences: release …, origin … or version ….
               */
              pin: string
              /**
               * Below 100 only when nothing else has it, 500 as usual, 1000 and more even downgrades.
               */
              priority: number
            }
          | {
              /**
               * Names or patterns, separated by spaces.
               */
              packages: string
              /**
               * As in apt_preferences: release …, origin … or version ….
               */
              pin: string
              /**
               * Below 100 only when nothing else has it, 500 as usual, 1000 and more even downgrades.
               */
              priority: number
            }[]
      }
  /**
   * When PHP-FPM is reloaded gracefully in low traffic, so that OPcache starts fresh.
   */
  php_reload?: string
  /**
   * php.ini directives for every app of the cluster.
   */
  php_ini?: {
    /**
     * A value on one line, without double quotes, backslashes or ${ }.
     */
    [k: string]: string | number | boolean
  }
  /**
   * More packages that every server of the cluster needs.
   *
   * @maxItems 200
   *
   * Items: The name alone, without a version.
   */
  packages?: string[]
  /**
   * Addresses and networks whose X-Forwarded-For is believed.
   *
   * @maxItems 200
   *
   * Items: An IPv4 or IPv6 address, or a network.
   */
  real_ip?: string[]
  /**
   * Composer as a phar of one exact digest, instead of the distribution's package.
   */
  composer?: {
    /**
     * Where the phar is fetched from.
     */
    url: string
    /**
     * The SHA-256 of the phar: 64 hexadecimal digits.
     */
    sha256: string
  }
  /**
   * How the servers of this cluster are reached; each entry stands over that of flight.yml.
   */
  ssh?: {
    /**
     * root, or a user with sudo -n.
     */
    user?: string
    /**
     * A TCP port.
     */
    port?: number
    /**
     * As ssh's ProxyJump: [user@]host[:port], several separated by commas.
     */
    jump?: string
    /**
     * The key to log in with; without it the agent and ssh's usual files.
     */
    identity_file?: string
    /**
     * Use sudo -n when the login user is not root.
     */
    become?: true | false | 'on' | 'off' | 'yes' | 'no'
    /**
     * Seconds to wait for a connection.
     */
    connect_timeout?: number
    /**
     * auto chooses; openssh uses the ssh program (hardware keys, certificates).
     */
    transport?: 'auto' | 'ssh2' | 'openssh'
  }
  /**
   * The servers of this cluster.
   *
   * @minItems 1
   * @maxItems 500
   *
   * Items: One server: its name, how to reach it, what it does.
   */
  servers: {
    /**
     * How this server is called everywhere in Flight. Unique in the whole folder.
     */
    name: string
    /**
     * A host name, an address, or a Host alias of ~/.ssh/config.
     */
    host: string
    /**
     * Whether nginx and PHP-FPM answer requests here.
     */
    web_server?: true | false | 'on' | 'off' | 'yes' | 'no'
    /**
     * How this one server is reached; each entry stands over the cluster's.
     */
    ssh?: {
      /**
       * root, or a user with sudo -n.
       */
      user?: string
      /**
       * A TCP port.
       */
      port?: number
      /**
       * As ssh's ProxyJump: [user@]host[:port], several separated by commas.
       */
      jump?: string
      /**
       * The key to log in with; without it the agent and ssh's usual files.
       */
      identity_file?: string
      /**
       * Use sudo -n when the login user is not root.
       */
      become?: true | false | 'on' | 'off' | 'yes' | 'no'
      /**
       * Seconds to wait for a connection.
       */
      connect_timeout?: number
      /**
       * auto chooses; openssh uses the ssh program (hardware keys, certificates).
       */
      transport?: 'auto' | 'ssh2' | 'openssh'
    }
  }[]
}
