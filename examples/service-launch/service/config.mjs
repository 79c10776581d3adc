/** Port to listen on; 0 lets the system choose one. */
export const port = Number(process.env.PORT ?? 0);

/** Who presents this may remove links. */
export const adminToken = "not-for-launch-admin";
