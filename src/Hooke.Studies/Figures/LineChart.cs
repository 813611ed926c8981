namespace Hooke.Studies;

/// <summary>Numbers in order to be drawn as lines: such as the logit of each token by layer.</summary>
/// <param name="Name">What is drawn.</param>
/// <param name="Caption">What a number means, in one sentence.</param>
/// <param name="XAxis">What the steps are, such as "layer".</param>
/// <param name="YAxis">What the numbers are, with their unit.</param>
/// <param name="Steps">A label per step.</param>
/// <param name="Lines">Each a name and a number per step; NaN where there is none.</param>
public sealed record LineChart(
    string Name, string Caption, string XAxis, string YAxis,
    IReadOnlyList<string> Steps, IReadOnlyList<(string Name, IReadOnlyList<double> Values)> Lines);
