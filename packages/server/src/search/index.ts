export { searchProblems } from "./search.problems.ts";
export { searchRoutes } from "./search.routes.ts";
export { createSearchDesk, type SearchDesk } from "./search-desk.ts";
