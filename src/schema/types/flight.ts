// Made from schemas/flight.json by `npm run generate`: do not edit.

/**
 * How to reach servers, defaults and policy of a definitions folder. Everything is optional.
 */
export interface FlightFile {
  /**
   * How servers are reached. What is not said here is left to ~/.ssh/config.
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
   * How many servers are worked on at the same time.
   */
  parallel?: number
  /**
   * How many web servers of an app may reload at once: a number, a share such as 25%, or half.
   */
  serial?: number | string
  /**
   * How many releases stay on a server. Those in use are always kept.
   */
  keep_releases?: number
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
   * On the controller: mirrors, artifacts, receipts, the store of serve.
   */
  state?: string
  /**
   * Where plan files under review lie.
   */
  plans?: string
  /**
   * How flight serve listens, and what it does by itself.
   */
  serve?: {
    /**
     * Address and port; anything but loopback wants TLS, here or at a proxy in front of it.
     */
    listen?: string
    /**
     * How others reach it: what its links begin with. Without it they begin with what was asked.
     */
    url?: string
    /**
     * Certificate and key of its own; files that are renewed are read again.
     */
    tls?: {
      /**
       * The certificate with its chain, PEM, on the controller.
       */
      certificate: string
      /**
       * Its private key, PEM, on the controller.
       */
      key: string
    }
    /**
     * Addresses and networks of proxies in front of it, whose X-Forwarded-For and X-Forwarded-Proto are believed.
     *
     * @maxItems 50
     *
     * Items: An IPv4 or IPv6 address, or a network.
     */
    trusted_proxies?: string[]
    /**
     * How many releases run side by side; of one app always one.
     */
    at_once?: number
    /**
     * How many of these on one server; with 1 only apps on different servers are released side by side.
     */
    per_server?: number
    /**
     * Minutes that a release waits for a server, or a repository, that cannot be reached; then it has failed.
     */
    patience?: number
    /**
     * Whether a newer commit of the same branch takes the place of one that waits; a running release is never replaced.
     */
    supersede?: boolean
    /**
     * Minutes between two looks at what the servers serve, for the page; 0: never.
     */
    look?: number
    /**
     * The time of day, in the controller's time zone, at which it looks for drift; without it never.
     */
    drift?: string
    /**
     * Webhooks of others that are told what happens.
     *
     * @maxItems 20
     */
    notify?: {
      /**
       * How it is called in logs and metrics.
       */
      name: string
      /**
       * A file of the controller whose one line is the webhook's address: it is a secret.
       */
      url_file: string
      /**
       * What is sent: slack (and what understands the same) or json.
       */
      format?: 'slack' | 'json'
      /**
       * What it is told of.
       *
       * @minItems 1
       * @maxItems 5
       *
       * Items: start, success, failure, rollback or drift.
       */
      on?: ('start' | 'success' | 'failure' | 'rollback' | 'drift')[]
    }[]
  }
}
