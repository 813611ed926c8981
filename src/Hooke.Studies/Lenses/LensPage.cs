using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>What a lens read, as a page that needs nothing else: depths by positions, darker the surer.</summary>
public static class LensPage
{
    const int Shades = 10;

    /// <summary>The page; the same reading gives the same text.</summary>
    /// <param name="lens">Which lens it is, such as "logit lens".</param>
    /// <param name="prompt">The text of each token of the prompt.</param>
    /// <param name="depths">What was read.</param>
    /// <param name="token">The text of a token.</param>
    public static string Of(
        string lens, IReadOnlyList<string> prompt, IReadOnlyList<LensDepth> depths, Func<int, string> token) =>
        FigurePage.Of($"What the {lens} reads", Html.Of($"""
            <p>After each token of the prompt, left to right, and at each depth of the model, the first layer at the bottom: the
            likeliest next token and its probability. Point at a cell, or reach it with the Tab key, for more.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Depths by positions"><table class="lens">
            <tbody>{depths.Reverse().Select(depth => Row(depth, prompt, token))}</tbody>
            <tfoot><tr><th scope="row">after</th>{depths[0].Cells.Select(cell => Html.Of(
                $"<th scope=\"col\"><small>{cell.Position}</small> <bdi>{Shown(prompt[cell.Position])}</bdi></th>"))}</tr></tfoot>
            </table></div>
            <p class="small">KL is the divergence of the lens from the model's own distribution, KL(final ‖ lens).
            The likeliest token of the top row is what the model itself says.</p>
            """));

    static Html Row(LensDepth depth, IReadOnlyList<string> prompt, Func<int, string> token) => Html.Of($"""
        <tr><th scope="row">{depth.Name}</th>{depth.Cells.Select(cell => Cell(depth, cell, prompt, token))}</tr>
        """);

    static Html Cell(LensDepth depth, LensCell cell, IReadOnlyList<string> prompt, Func<int, string> token)
    {
        TokenScore top = cell.Top[0];
        int shade = (int)Math.Round(top.Probability * Shades);
        string place = $"{depth.Name} after {cell.Position} '{prompt[cell.Position]}'";
        string likeliest = string.Join(", ", cell.Top.Select(score => $"'{token(score.Token)}' {score.Probability:f3}"));
        string asked = string.Join(", ", cell.Asked.Select(score =>
            $"'{token(score.Token)}' has rank {score.Rank}, probability {score.Probability:f3}, logit {score.Logit:f2}"));
        string measures = $"entropy {cell.Entropy:f2} nats, KL {cell.KullbackLeibler:f3} nats";
        return Html.Of($"""
            <td tabindex="0" class="shade-{shade}" aria-label="{place}: {likeliest}; {asked}; {measures}"><bdi>{Shown(
                token(top.Token))}</bdi> <small>{$"{top.Probability:f2}"}</small>
            <span class="detail"><b>{place}</b> {likeliest}<br>{asked}<br>{measures}</span></td>
            """);
    }

    // A space is seen, so that words with and without one are told apart.
    static string Shown(string text) => text.Replace(' ', '·').Replace('\n', '↵');
}
