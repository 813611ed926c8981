namespace Hooke.Studies;

/// <summary>Two prompts of equal token length, and which words are right and wrong as the next token.</summary>
/// <param name="Clean">Words separated by single spaces, without <c>&lt;bos&gt;</c>.</param>
/// <param name="Counterfactual">As long as <paramref name="Clean"/>, in words.</param>
/// <param name="Answers">Words of the vocabulary: right after Clean, wrong after Counterfactual.</param>
/// <param name="Foils">Words of the vocabulary: wrong after Clean, right after Counterfactual.</param>
public sealed record PromptPair(
    string Clean, string Counterfactual, IReadOnlyList<string> Answers, IReadOnlyList<string> Foils);
