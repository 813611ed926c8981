namespace Hooke.Studies;

/// <summary>What a model of the world should have learned, measured at the last position of its prompts.</summary>
/// <remarks>
/// Metric: logit difference = mean logit of the right words − mean logit of the wrong words, in nats.
/// Accuracy: the share of prompts whose highest logit of the whole vocabulary is a right word. Every pair counts as two
/// prompts: Clean (Answers right, Foils wrong) and Counterfactual (Foils right, Answers wrong).
/// </remarks>
/// <param name="Name">Its name in the world file, such as <c>indirect-object</c>.</param>
/// <param name="Kind">The kind of passage that teaches it.</param>
/// <param name="About">What it is and which machinery is expected, in the world file's words.</param>
/// <param name="Share">The chance in [0, 1] that a passage of a document is drawn from it.</param>
public sealed record Behaviour(string Name, string Kind, string About, double Share);
